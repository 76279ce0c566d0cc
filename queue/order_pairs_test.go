package queue

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"heraut/chat"
)

// Two posts may be under way together if both are for people, for different ones, and
// not in one thread. The table goes over every pair.
func TestBeside(t *testing.T) {
	orders := []Order{{}, {"", "$1"}, {"@a", ""}, {"@a", "$1"}, {"@a", "$2"}, {"@b", ""}, {"@b", "$1"}, {"@b", "$2"}}
	const no, ok = false, true
	table := [8][8]bool{
		{no, no, no, no, no, no, no, no},
		{no, no, no, no, no, no, no, no},
		{no, no, no, no, no, ok, ok, ok},
		{no, no, no, no, no, ok, no, ok},
		{no, no, no, no, no, ok, ok, no},
		{no, no, ok, ok, ok, no, no, no},
		{no, no, ok, no, ok, no, no, no},
		{no, no, ok, ok, no, no, no, no},
	}
	for i, a := range orders {
		for j, b := range orders {
			if got := a.beside(b); got != table[i][j] {
				t.Errorf("%+v beside %+v: %v", a, b, got)
			}
		}
	}
}

// Only a first answer to a person has an order of its own.
func TestOrderOfRows(t *testing.T) {
	answer := chat.Post{HTML: "x", For: "@a", Thread: chat.Target{Event: "$1"}, ReplyTo: chat.Target{Event: "$2"}}
	with := func(change func(p *chat.Post)) Row {
		p := answer
		change(&p)
		return Row{Kind: KindPost, Post: p}
	}
	tests := map[string]struct {
		row  Row
		want Order
	}{
		"answer":                {with(func(*chat.Post) {}), Order{"@a", "$1"}},
		"in no thread":          {with(func(p *chat.Post) { p.Thread = chat.Target{} }), Order{"@a", ""}},
		"for nobody":            {with(func(p *chat.Post) { p.For = "" }), Order{Thread: "$1"}},
		"relay":                 {with(func(p *chat.Post) { p.Priority = chat.Relay }), Order{}},
		"webhook":               {with(func(p *chat.Post) { p.Priority = chat.Webhook }), Order{}},
		"announcement":          {with(func(p *chat.Post) { p.Priority = chat.Announcement }), Order{}},
		"reaction":              {with(func(p *chat.Post) { p.HTML, p.Reaction = "", "1" }), Order{}},
		"last one":              {with(func(p *chat.Post) { p.HTML, p.Leaves = "", true }), Order{}},
		"edit":                  {Row{Kind: KindEdit, Post: answer}, Order{}},
		"deletion":              {Row{Kind: KindRedaction, Post: answer}, Order{}},
		"edit of a post":        {with(func(p *chat.Post) { p.Edits.Post = "k" }), Order{}},
		"in a thread to come":   {with(func(p *chat.Post) { p.Thread = chat.Target{Post: "k"} }), Order{}},
		"reply to what is sent": {with(func(p *chat.Post) { p.ReplyTo = chat.Target{Post: "k"} }), Order{}},
	}
	for name, test := range tests {
		if got := test.row.Order(); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

func TestTogether(t *testing.T) {
	now := time.Now()
	waits := func(person chat.UserID, thread chat.EventID) Place {
		return Place{State: Waiting, Order: Order{person, thread}}
	}
	tests := map[string]struct {
		behind []Place
		want   []int64 // the indices in behind, from 0
	}{
		"nobody": {nil, nil},
		"others": {[]Place{waits("@b", ""), waits("@c", "")}, []int64{0, 1}},
		"at most seven with it": {
			[]Place{waits("@b", ""), waits("@c", ""), waits("@d", ""), waits("@e", ""), waits("@f", ""), waits("@g", ""), waits("@h", ""), waits("@i", "")},
			[]int64{0, 1, 2, 3, 4, 5, 6},
		},
		"the same person":          {[]Place{waits("@a", ""), waits("@a", "$2"), waits("@b", "")}, []int64{2}},
		"the same thread":          {[]Place{waits("@b", "$1"), waits("@c", "")}, []int64{1}},
		"behind one that must not": {[]Place{waits("@a", "$2"), waits("@b", "$2"), waits("@c", "")}, []int64{2}},
		"behind its own one":       {[]Place{waits("@b", "$1"), waits("@b", ""), waits("@c", "")}, []int64{2}},
		"for nobody":               {[]Place{waits("@b", ""), waits("", ""), waits("@c", "")}, []int64{0}},
		"for nobody in a thread":   {[]Place{waits("", "$3"), waits("@c", "")}, nil},
		"being tried":              {[]Place{{State: Trying, Order: Order{Person: "@b"}}, waits("@c", "")}, nil},
		"was in doubt":             {[]Place{{State: Waiting, Doubts: 1, Order: Order{Person: "@b"}}, waits("@c", "")}, nil},
		"waits for a time":         {[]Place{{State: Waiting, NextAt: now.Add(1), Order: Order{Person: "@b"}}, waits("@c", "")}, nil},
		"waited for a time":        {[]Place{{State: Waiting, NextAt: now, Order: Order{Person: "@b"}}}, []int64{0}},
	}
	for name, test := range tests {
		for i := range test.behind {
			test.behind[i].Seq = int64(i)
		}
		var got []int64
		for _, p := range together(Order{"@a", "$1"}, test.behind, now) {
			got = append(got, p.Seq)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// Of all lanes of up to five posts, no selection holds two posts that must keep their
// order, or one that must stay behind a post which is not selected.
func TestTogetherKeepsTheOrder(t *testing.T) {
	orders := []Order{{}, {"@a", ""}, {"@a", "$1"}, {"@b", ""}, {"@b", "$1"}, {"@c", "$2"}}
	var extend func(lane []Place)
	extend = func(lane []Place) {
		if len(lane) > 1 {
			chosen := []Place{lane[0]}
			chosen = append(chosen, together(lane[0].Order, lane[1:], time.Now())...)
			for _, c := range chosen {
				for _, p := range lane[:c.Seq] {
					if !c.Order.beside(p.Order) {
						t.Fatalf("%s: post %d goes before or with post %d", fmt.Sprint(lane), c.Seq, p.Seq)
					}
				}
			}
		}
		if len(lane) == 5 {
			return
		}
		for _, o := range orders {
			extend(append(slices.Clone(lane), Place{Seq: int64(len(lane)), State: Waiting, Order: o}))
		}
	}
	for _, first := range orders[1:] { // startGroup sends a first post without an order alone
		extend([]Place{{State: Waiting, Order: first}})
	}
}
