// Package text holds what every package needs to compare and to cut what people
// write: folding, words, truncation, edit distance. Lengths are counted in
// characters (Unicode code points), never in bytes.
package text
