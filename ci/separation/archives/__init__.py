"""Archives: recognized by their content, read member by member, never unpacked to disk.

`formats` detects the format of an archive and opens it. `tars`, `zips` and `ars` each read one
format and yield `members`. `limits` bounds size, number and depth.
"""
