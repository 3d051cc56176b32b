// The other side of merkle.py: trees and notes by golang.org/x/mod/sumdb. One command a line, one answer a line.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

var stored []tlog.Hash

var reader = tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = stored[index]
	}
	return found, nil
})

func number(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	must(err)
	return value
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func hash(text string) (found tlog.Hash) {
	raw, err := hex.DecodeString(text)
	must(err)
	copy(found[:], raw)
	return found
}

func hashes(texts []string) (found []tlog.Hash) {
	for _, text := range texts {
		found = append(found, hash(text))
	}
	return found
}

func written(path []tlog.Hash, err error) string {
	must(err)
	var texts []string
	for _, step := range path {
		texts = append(texts, hex.EncodeToString(step[:]))
	}
	return strings.Join(texts, " ")
}

func verdict(err error) string {
	if err != nil {
		return "no"
	}
	return "yes"
}

func grow(size int64) string {
	for n := int64(0); n < size; n++ {
		more, err := tlog.StoredHashes(n, []byte(fmt.Sprintf("leaf-%d", n)), reader)
		must(err)
		stored = append(stored, more...)
	}
	return "yes"
}

func sign(key, text string) string {
	signer, err := note.NewSigner(key)
	must(err)
	raw, err := base64.StdEncoding.DecodeString(text)
	must(err)
	signed, err := note.Sign(&note.Note{Text: string(raw)}, signer)
	must(err)
	return base64.StdEncoding.EncodeToString(signed)
}

func open(key, text string) string {
	verifier, err := note.NewVerifier(key)
	must(err)
	raw, err := base64.StdEncoding.DecodeString(text)
	must(err)
	_, err = note.Open(raw, note.VerifierList(verifier))
	return verdict(err)
}

func parse(text string) string {
	raw, err := base64.StdEncoding.DecodeString(text)
	must(err)
	tree, err := tlog.ParseTree(raw)
	if err != nil {
		return "no"
	}
	return fmt.Sprintf("%d %s", tree.N, hex.EncodeToString(tree.Hash[:]))
}

func answer(words []string) string {
	switch words[0] {
	case "leaves":
		return grow(number(words[1]))
	case "root":
		root, err := tlog.TreeHash(number(words[1]), reader)
		return written([]tlog.Hash{root}, err)
	case "record":
		return written(tlog.ProveRecord(number(words[1]), number(words[2]), reader))
	case "tree":
		return written(tlog.ProveTree(number(words[1]), number(words[2]), reader))
	case "check-record":
		return verdict(tlog.CheckRecord(hashes(words[5:]), number(words[1]), hash(words[3]), number(words[2]), hash(words[4])))
	case "check-tree":
		return verdict(tlog.CheckTree(hashes(words[5:]), number(words[1]), hash(words[3]), number(words[2]), hash(words[4])))
	case "sign":
		return sign(words[1], words[2])
	case "open":
		return open(words[1], words[2])
	case "parse":
		return parse(words[1])
	}
	panic("no such command")
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		fmt.Fprintln(out, answer(strings.Fields(lines.Text())))
	}
	must(lines.Err())
}
