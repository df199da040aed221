"""Calendars: sessions as iCalendar, for people and organisations."""
