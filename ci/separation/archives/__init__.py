"""Archives: recognized by their content, read member by member, never unpacked to disk.

`formats` detects the format of a file, `embedded` finds archives inside of other files, and
`opaque` knows the formats that cannot be opened. Each other module reads one format and yields
`members`. `limits` bounds size, number and depth.

Members are read to the last byte, whatever sizes and checksums say. Damage is a finding only if it
leaves bytes that could not be read.
"""
