// A client of the log that shares no code with it: golang.org/x/mod/sumdb, run by tests/drill/tlog_oracles.py.
//
//	oracle FOLDER < PROOFS
//
// FOLDER is a log as it is served, with checkpoint/SIZE for each size and its vkey in `vkey`. PROOFS is a stream of records: a byte
// 'I' (inclusion) or 'C' (consistency), u64 index or old size, u64 size, u8 number of hashes, the hashes. In lower case the proof is
// one that has to be refused. Prints how many of each were as they had to be; ends with 1 at the first that was not.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) Height() int                             { return 8 }
func (f folder) SaveTiles(tiles []tlog.Tile, _ [][]byte) {}

// Go's own paths name the height and say `data`: tile/8/0/000, tile/8/data/000.
func (f folder) path(t tlog.Tile) string {
	p := strings.Replace(t.Path(), "tile/8/", "tile/", 1)
	return filepath.Join(string(f), strings.Replace(p, "tile/data/", "tile/entries/", 1))
}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(f.path(t))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func fail(format string, args ...any) {
	fmt.Printf("REFUSED "+format+"\n", args...)
	os.Exit(1)
}

// tree opens the checkpoint of a size with the log's key and gives its head.
func (f folder) tree(name string, key note.Verifiers) tlog.Tree {
	data, err := os.ReadFile(filepath.Join(string(f), "checkpoint", name))
	if err != nil {
		fail("checkpoint %s: %v", name, err)
	}
	opened, err := note.Open(data, key)
	if err != nil {
		fail("checkpoint %s: %v", name, err)
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || lines[1] != name {
		fail("checkpoint %s is of size %s", name, lines[1])
	}
	hash, err := tlog.ParseHash(lines[2])
	if err != nil {
		fail("checkpoint %s: %v", name, err)
	}
	return tlog.Tree{N: size, Hash: hash}
}

// leaves hashes the entries of every bundle of a tree.
func (f folder) leaves(size int64) []tlog.Hash {
	var out []tlog.Hash
	for n := int64(0); n*256 < size; n++ {
		width := int(size - n*256)
		if width > 256 {
			width = 256
		}
		data, err := os.ReadFile(f.path(tlog.Tile{H: 8, L: -1, N: n, W: width}))
		if err != nil {
			fail("bundle %d of size %d: %v", n, size, err)
		}
		for len(data) > 0 {
			end := 2 + int(binary.BigEndian.Uint16(data))
			out = append(out, tlog.RecordHash(data[2:end]))
			data = data[end:]
		}
	}
	if int64(len(out)) != size {
		fail("%d entries in the bundles of size %d", len(out), size)
	}
	return out
}

func main() {
	f := folder(os.Args[1])
	vkey, err := os.ReadFile(filepath.Join(string(f), "vkey"))
	if err != nil {
		fail("vkey: %v", err)
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		fail("vkey: %v", err)
	}
	key := note.VerifierList(verifier)
	names, err := os.ReadDir(filepath.Join(string(f), "checkpoint"))
	if err != nil {
		fail("checkpoints: %v", err)
	}
	trees := map[int64]tlog.Tree{}
	var leaves []tlog.Hash
	hashes := 0
	for _, name := range names {
		tree := f.tree(name.Name(), key)
		trees[tree.N] = tree
		reader := tlog.TileHashReader(tree, f)
		root, err := tlog.TreeHash(tree.N, reader)
		if err != nil || root != tree.Hash {
			fail("tiles of size %d: %v", tree.N, err)
		}
		own := f.leaves(tree.N)
		var indexes []int64
		for n := range own {
			indexes = append(indexes, tlog.StoredHashIndex(0, int64(n)))
		}
		read, err := reader.ReadHashes(indexes)
		if err != nil {
			fail("tiles of size %d: %v", tree.N, err)
		}
		for n, hash := range read {
			if hash != own[n] {
				fail("leaf %d of size %d is not its entry", n, tree.N)
			}
		}
		hashes += len(read)
		if len(own) > len(leaves) {
			leaves = own
		}
	}
	fmt.Printf("%d checkpoints opened; their roots from our tiles, and %d leaf hashes against our bundles\n", len(trees), hashes)
	count := map[byte]int{}
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	head := make([]byte, 18)
	for {
		if _, err := io.ReadFull(in, head); err == io.EOF {
			break
		} else if err != nil {
			fail("the stream: %v", err)
		}
		a, size := int64(binary.BigEndian.Uint64(head[1:])), int64(binary.BigEndian.Uint64(head[9:]))
		path := make([]tlog.Hash, head[17])
		for i := range path {
			if _, err := io.ReadFull(in, path[i][:]); err != nil {
				fail("the stream: %v", err)
			}
		}
		tree, known := trees[size]
		if !known {
			fail("no checkpoint of size %d", size)
		}
		var err error
		switch head[0] | 0x20 {
		case 'i':
			err = tlog.CheckRecord(path, size, tree.Hash, a, leaves[a])
		case 'c':
			old, known := trees[a]
			if !known {
				fail("no checkpoint of size %d", a)
			}
			err = tlog.CheckTree(path, size, tree.Hash, a, old.Hash)
		}
		if must := head[0]&0x20 == 0; must != (err == nil) {
			fail("%c %d %d: %v", head[0], a, size, err)
		}
		count[head[0]]++
	}
	fmt.Printf("inclusion %d accepted, %d refused; consistency %d accepted, %d refused\n", count['I'], count['i'], count['C'], count['c'])
}
