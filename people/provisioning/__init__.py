"""Provisioning (人事連携): an organisation's own systems feed its people by SCIM 2.0, by the same rules as a personnel file."""
