package locale

import "testing"

func TestBy(t *testing.T) {
	for _, test := range []struct{ lang, name, want string }{
		{"fr", "Direction de l’exemple", "la Direction de l’exemple"},
		{"fr", "DINUM", "la DINUM"},
		{"fr", "DGFiP", "la DGFiP"},
		{"fr", "ministère de la Culture", "le ministère de la Culture"},
		{"fr", "Académie de Nantes", "l’Académie de Nantes"},
		{"fr", "la Direction de l’exemple", "la Direction de l’exemple"},
		{"fr", "ANSSI", "ANSSI"},
		{"fr", "Dupont", "Dupont"},
		{"fr", "", ""},
		{"en", "Direction de l’exemple", "the Direction de l’exemple"},
		{"en", "DINUM", "DINUM"},
	} {
		if got := spokenIn(t, test.lang).by(80, test.name); got != test.want {
			t.Errorf("%s: %q gives %q, want %q", test.lang, test.name, got, test.want)
		}
	}
}
