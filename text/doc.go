// Package text holds the string functions that several packages need: folding, words,
// truncation, edit distance. Lengths are in characters (Unicode code points), except in
// TruncateBytes.
package text
