"""Personal data (保有個人情報): what is held of whom, disclosed to them, erased, and let go when it is needed no longer."""
