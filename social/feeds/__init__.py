"""What programs read of the library: Atom feeds, the OPDS catalogue, the sitemap.

`atom` writes the XML of the first two from plain values; `news` says what a feed holds, `catalogue` what e-readers
find, `sitemap` what search engines do.
"""
