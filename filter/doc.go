// Package filter is the language in which rooms choose the items that they want, such
// as «langage:go,python (carte ou plan) -fork». Parse parses a filter; OfRepository,
// OfSoftware and OfText compute the words of an item once for any number of filters;
// Filter.Match compares them. An invalid filter is an Error with the position of the
// fault and a valid example. doc/filtres.md describes the language to its users.
package filter
