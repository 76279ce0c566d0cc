package filter_test

import (
	"errors"
	"fmt"

	"heraut/catalogue"
	"heraut/filter"
)

func Example() {
	f, err := filter.Parse("langage:go,rust (carte ou plan) -fork")
	if err != nil {
		panic(err)
	}
	words := filter.OfRepository(&catalogue.Repository{Name: "plans-de-ville", Language: "Go"})
	fmt.Println(f.Match(words))
	fork := filter.OfRepository(&catalogue.Repository{Name: "plans-de-ville", Language: "Go", Fork: true})
	fmt.Println(f.Match(fork))

	_, err = filter.Parse("langag:go")
	if fault, ok := errors.AsType[*filter.Error](err); ok {
		fmt.Println(fault.Problem, "at", fault.Pos, "rather:", fault.Example)
	}
	// Output:
	// true
	// false
	// unknown-field at 1 rather: langage:go
}
