// Package catalogue holds what the bot knows of free software and of public
// repositories, and reads every format in which they are published.
//
// Read decodes a catalogue of the SILL of any generation into Software;
// ReadRepositories decodes a list of repositories into Repository. Both drop and
// report the elements that they cannot use, and refuse a list of another kind with
// an error that says what it holds. A Catalogue is an unchanging set of Software; a
// Refresher keeps one current: it asks the source, checks, stores and swaps.
//
// doc/formats.md lists the formats with their sources.
package catalogue
