package locale

import "testing"

func TestPurposeLeavesOutTheName(t *testing.T) {
	for _, c := range []struct{ name, description, want string }{
		{"GIMP", "Retouche des photos.", "Retouche des photos."},
		{"GIMP", "GIMP est un éditeur d’images. Il est libre.", "Éditeur d’images."},
		{"GIMP", "Gimp (GNU Image Manipulation Program) est un éditeur.", "Éditeur."},
		{"LibreOffice", "LibreOffice is an office suite.", "Office suite."},
		{"LibreOffice", "LibreOffice, suite bureautique complète", "Suite bureautique complète"},
		{"LibreOffice", "LibreOffice – la suite bureautique", "La suite bureautique"},
		{"Git", "GitLab est une forge.", "GitLab est une forge."},
		{"GIMP", "GIMP permet de retoucher des images.", "GIMP permet de retoucher des images."},
		{"GIMP", "GIMP.", ""},
		{"GIMP", "gimp", ""},
		{"Débi’Clic", "Debi’Clic est l’outil des débits.", "Outil des débits."},
		{"GIMP", "", ""},
		{"", "Une forge.", "Une forge."},
	} {
		if got := purpose(220, c.name, c.description); got != c.want {
			t.Errorf("purpose(%q, %q) = %q, want %q", c.name, c.description, got, c.want)
		}
	}
}

func TestPlaceholdersAreNotShown(t *testing.T) {
	for _, c := range []struct{ license, want string }{
		{"GPL-3.0-or-later", "GPL-3.0-or-later"},
		{"N/A", ""},
		{" n/a ", ""},
		{"https://example.org/licence", ""},
		{"", ""},
	} {
		if got := license(c.license); got != c.want {
			t.Errorf("license(%q) = %q, want %q", c.license, got, c.want)
		}
	}
	if got := given(30, "2.10"); got != "2.10" {
		t.Errorf("given = %q", got)
	}
}
