// Reads env files with the reader of Compose: one JSON object for each line of standard input.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"strings"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/sirupsen/logrus"
)

type question struct {
	File    string            `json:"file"`
	Environ map[string]string `json:"environ"`
}

func main() {
	logrus.SetOutput(io.Discard)
	questions := json.NewDecoder(bufio.NewReader(os.Stdin))
	answers := json.NewEncoder(os.Stdout)
	for {
		var q question
		if err := questions.Decode(&q); err == io.EOF {
			return
		} else if err != nil {
			panic(err)
		}
		values, err := dotenv.ParseWithLookup(strings.NewReader(q.File), func(name string) (string, bool) {
			value, ok := q.Environ[name]
			return value, ok
		})
		if err != nil {
			values = nil
		}
		if err := answers.Encode(values); err != nil {
			panic(err)
		}
	}
}
