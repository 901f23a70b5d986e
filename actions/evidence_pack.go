package actions

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
)

// evidenceVersion names the layout of packs.
const evidenceVersion = "aftersale evidence 1"

// A manifest lists the files of a pack with their digests.
type manifest struct {
	Format      string         `json:"format"`
	Transaction Transaction    `json:"transaction"`
	AsOf        Instant        `json:"as_of"`
	Masked      bool           `json:"masked"`
	Files       []manifestFile `json:"files"`
}

type manifestFile struct {
	Name   string `json:"name"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
}

// packEvidence writes a ZIP: the same evidence gives the same bytes. Its files are stored as they are, so that no version of
// a compressor changes that, and dated by the newest fact.
func packEvidence(e Evidence, page []byte) ([]byte, error) {
	parts := []struct {
		name string
		of   any
	}{
		{"summary.json", e}, {"purchase.json", e.Purchase}, {"policy.json", e.Verdicts}, {"access.json", e.Access}, {"mails.json", e.Mails},
		{"messages.json", e.Messages}, {"decisions.json", e.Decisions}, {"writes.json", e.Writes}, {"audit.json", e.Entries},
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	m := manifest{Format: evidenceVersion, Transaction: e.Purchase.Transaction, AsOf: e.AsOf, Masked: e.Masked}
	add := func(name string, content []byte) error {
		to, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: e.AsOf.At.UTC()})
		if err == nil {
			_, err = to.Write(content)
		}
		if err != nil {
			return fmt.Errorf("pack %s: %w", name, err)
		}
		m.Files = append(m.Files, manifestFile{name, len(content), digest(content)})
		return nil
	}
	if err := add("summary.html", page); err != nil {
		return nil, err
	}
	for _, part := range parts {
		content, err := json.MarshalIndent(part.of, "", "  ")
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", part.name, err)
		}
		if err := add(part.name, content); err != nil {
			return nil, err
		}
	}
	content, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	if err := add("manifest.json", content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
