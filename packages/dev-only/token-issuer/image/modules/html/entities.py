# DEV-ONLY: never ship to production.
"""What stands in for the table of HTML's entities in the simulator image.

It is there to unescape HTML, which the issuer never reads; escaping needs none of it.
"""

html5: dict[str, str] = {}
