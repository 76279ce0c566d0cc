package search

import (
	"math"
	"testing"
)

// Words that describe the same kind of software are near, though they share no letters.
func TestSubjectsAreNear(t *testing.T) {
	subject := func(text string) Subject { return SubjectOf(Terms(text).Stems) }
	for _, c := range [][3]string{
		{"partition de musique", "composer une chanson", "courrier électronique"},
		{"lire mes courriels", "client de messagerie", "graver un disque"},
		{"retoucher une photo", "traitement d’images", "serveur web"},
	} {
		near, far := subject(c[0]).Near(subject(c[1])), subject(c[0]).Near(subject(c[2]))
		if near < far+0.1 {
			t.Errorf("%q: %.2f to %q, %.2f to %q", c[0], near, c[1], far, c[2])
		}
	}
}

// A subject has the length 1, or is zero for unknown words. A word that is said twice
// counts once.
func TestSubjectLengths(t *testing.T) {
	music, both := SubjectOf([]string{"music"}), SubjectOf([]string{"music", "cart", "music"})
	for _, s := range []Subject{music, both, both.With(music, 3), music.With(Subject{}, 1)} {
		if length := s.Near(s); math.Abs(length-1) > 1e-5 {
			t.Errorf("the length is %f", length)
		}
	}
	if both != SubjectOf([]string{"music", "cart"}) {
		t.Error("a word said twice counts twice")
	}
	if zero := SubjectOf([]string{"zyxq", ""}); zero != (Subject{}) || zero.Near(music) != 0 {
		t.Errorf("unknown words give %v", zero)
	}
}

// The table has the length that its layout says, and its stems are in order.
func TestSubjectTable(t *testing.T) {
	l := subjects
	if got, want := len(subjectTable), l.texts+int(l.number(l.names+4*l.n)); got != want || int(l.number(4)) != subjectDimensions {
		t.Fatalf("%d bytes of %d dimensions, want %d and %d", got, l.number(4), want, subjectDimensions)
	}
	for id := 1; id < l.n; id++ {
		if l.name(id) <= l.name(id-1) {
			t.Errorf("%q stands after %q", l.name(id), l.name(id-1))
		}
	}
}
