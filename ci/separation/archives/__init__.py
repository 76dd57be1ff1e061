"""Archives: recognized by their content, read member by member, never unpacked to disk.

`formats` detects the format of an archive and opens it; `tars`, `zips` and `ars` read one format
each; `members` is what they yield; `limits` bounds how far an archive is followed.
"""
