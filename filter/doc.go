// Package filter is the language in which rooms say what they want to hear of, such as
// «langage:go,python (carte ou plan) -fork». Parse reads a filter; OfRepository,
// OfSoftware and OfText read the words of an item once for any number of filters;
// Filter.Match compares them. A text that is no filter gets an Error that says where the
// fault is and what would be right. doc/filtres.md describes the language to its users.
package filter
