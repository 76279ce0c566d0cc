// Package commons reads the catalogues of software that are not the SILL: those of
// other administrations and countries, in their own formats. It finds the same software
// in several catalogues, and the software that administrations built themselves.
package commons
