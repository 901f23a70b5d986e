package hotmart

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/aftersale/aftersale/actions"
)

// FileOptions are what a file does not say about itself.
type FileOptions struct {
	Location *time.Location // the zone of the times in a sales report: the account's; nil: UTC
}

// A File is an opened import: what it was found to be, and what it holds.
type File struct {
	Format string                       // for the operator, such as "sales report, columns in Portuguese, parted by ;"
	Items  iter.Seq[actions.ImportItem] // nil for reviews
	// Reviews of a list of them; nil for everything else.
	Reviews iter.Seq[actions.ReviewItem]
}

// peekSize is how much of a file is looked at to tell what it is, and the longest line that a reader can look ahead.
const peekSize = 64 << 10

// Read opens a file of webhook payloads (one object, an array of them, or one to a line), a sales report, a list of products
// or one of reviews (CSV), whichever it is found to be. It reads as it goes and holds no more than a payload or a row, so the size of the file
// does not matter. Name is used in errors.
//
// Errors are those that make the whole file useless; what is wrong with a single payload or row comes as an item.
func Read(r io.Reader, name string, o FileOptions) (File, error) {
	if o.Location == nil {
		o.Location = time.UTC
	}
	counted := &counter{r: r}
	in := bufio.NewReaderSize(counted, 2*peekSize)
	head, err := in.Peek(peekSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return File{}, fmt.Errorf("%s: %w", name, err)
	}
	if err := readable(head); err != nil {
		return File{}, fmt.Errorf("%s: %w", name, err)
	}
	if bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")) {
		_, _ = in.Discard(3)
		head = head[3:]
	}
	at := func() int64 { return counted.n - int64(in.Buffered()) }

	if first := bytes.TrimLeft(head, " \t\r\n"); len(first) > 0 && (first[0] == '{' || first[0] == '[') {
		return File{Format: "webhook payloads", Items: readPayloads(in, at)}, nil
	}
	if isProducts(head) {
		t := &table{in: in, delim: productsDelimiter(head)}
		return File{Format: "list of products", Items: readProducts(t, o.Location, at)}, nil
	}
	if items, ok := openReviews(in, head, o.Location, at); ok {
		return File{Format: "list of reviews", Reviews: items}, nil
	}
	report, err := openReport(in, head, o.Location)
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", name, err)
	}
	return File{Format: report.describe(), Items: report.items(at)}, nil
}

// readable refuses by name what is often given instead of the right file.
func readable(head []byte) error {
	starts := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case len(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xEF\xBB\xBF")))) == 0:
		return errors.New("the file is empty")
	case starts("PK\x03\x04"), starts("\xD0\xCF\x11\xE0"):
		return errors.New("this is a workbook or an archive: save the report as CSV, or unpack it")
	case starts("\x1F\x8B"), starts("BZh"), starts("\x28\xB5\x2F\xFD"):
		return errors.New("this is compressed: unpack it first")
	case starts("%PDF"):
		return errors.New("this is a PDF: export the report as CSV")
	case starts("\xFF\xFE"), starts("\xFE\xFF"):
		return errors.New("this is UTF-16: save it as CSV in UTF-8")
	case bytes.IndexByte(head, 0) >= 0:
		return errors.New("this is no text file")
	}
	return nil
}

// A counter counts what was read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
