// Package catalogue holds the bot's data about free software and public repositories,
// and reads all their published formats.
//
// Read decodes a catalogue of the SILL of any generation into Software;
// ReadRepositories decodes a list of repositories into Repository. Both drop and report
// unusable elements, and refuse a list of another kind with an error that names its
// contents. A Catalogue is an immutable set of Software; a Refresher keeps one current:
// it asks the source, checks, stores and swaps.
//
// doc/formats.md lists the formats with their sources.
package catalogue
