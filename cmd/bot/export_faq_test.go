package main

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/relay"
	"heraut/testkit"
)

// The exported page keeps the rules of axe-core for RGAA 4 and WCAG 2.1 AA, whatever the
// entries hold and without any. A page with faults shows that the checker sees them.
func TestFAQPageIsAccessible(t *testing.T) {
	b := newFAQBot(t)
	empty := b.exports("html")
	for i := range 3 {
		e := relay.Entry{Question: fmt.Sprintf("Quelle licence %d\n<img src=x> ?", i), Answer: "La LGPL.\n\n<b>Ou</b> la MPL & co.", Audience: chat.Everybody, KeptAt: time.Now()}
		number, err := b.db.SaveEntry(t.Context(), e)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.db.MarkHelped(t.Context(), []int64{number}); err != nil {
			t.Fatal(err)
		}
	}
	page := b.exports("html")
	broken := regexp.MustCompile("<title>.*</title>").ReplaceAllString(page, "")
	broken = strings.NewReplacer(
		`<html lang="fr">`, "<html>", "<main", `<img src="x"><main`, "<h2", "<h4", "</h2>", "</h4>", ">Aller aux réponses<", "><",
	).Replace(broken)
	found := testkit.CheckAccessibility(t, empty, page, broken)
	for i, html := range []string{empty, page} {
		// jsdom leaves these two open for every page.
		left := slices.DeleteFunc(found[i].Unsure, func(r testkit.AccessibilityRule) bool {
			return r.Rule == "landmark-one-main" || r.Rule == "page-has-heading-one"
		})
		for _, rule := range append(found[i].Violations, left...) {
			t.Errorf("%s: %s: %q", rule.Rule, rule.Help, rule.Where)
		}
		if mains, titles := strings.Count(html, "<main "), strings.Count(html, "<h1>"); mains != 1 || titles != 1 {
			t.Errorf("%d elements main, %d h1", mains, titles)
		}
		rgaa := 0
		for _, kept := range found[i].Passes {
			if kept.RGAA {
				rgaa++
			}
		}
		if rgaa < 8 {
			t.Errorf("only %d rules for RGAA apply: %+v", rgaa, found[i].Passes)
		}
	}
	for _, fault := range []string{"html-has-lang", "document-title", "image-alt", "heading-order", "link-name"} {
		if !slices.ContainsFunc(found[2].Violations, func(r testkit.AccessibilityRule) bool { return r.Rule == fault }) {
			t.Errorf("the checker does not see %s", fault)
		}
	}
}

var colours = regexp.MustCompile(`(?:^|[ {;])(color|background): #([0-9a-f]{6}|[0-9a-f]{3})\b`)

// All texts of the page stand on its one background, at a contrast of 4.5 at least (RGAA
// 4.1, criterion 3.2; WCAG 2.1, relative luminance).
func TestFAQPageContrasts(t *testing.T) {
	page := newFAQBot(t).exports("html")
	var texts, grounds []string
	for _, match := range colours.FindAllStringSubmatch(page, -1) {
		if match[1] == "color" {
			texts = append(texts, match[2])
		} else {
			grounds = append(grounds, match[2])
		}
	}
	if len(texts) < 3 || len(grounds) != 1 || strings.Count(page, "#") < len(texts)+1 {
		t.Fatalf("colours %v on %v", texts, grounds)
	}
	for _, text := range texts {
		a, b := luminance(t, text), luminance(t, grounds[0])
		if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
			t.Errorf("#%s on #%s has a contrast of %.2f", text, grounds[0], ratio)
		}
	}
}

// luminance returns the relative luminance of a colour, from 0 to 1.
func luminance(t *testing.T, colour string) float64 {
	t.Helper()
	if len(colour) == 3 {
		colour = string([]byte{colour[0], colour[0], colour[1], colour[1], colour[2], colour[2]})
	}
	sum := 0.0
	for i, share := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(colour[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += share * c
	}
	return sum
}
