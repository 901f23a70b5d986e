package pages

import (
	"strconv"
	"strings"

	"github.com/skip2/go-qrcode"
)

// A qr is a picture of a code that is drawn by the page itself: these pages load no pictures.
type qr struct {
	Size int    // in modules, the border of four that scanners need included
	Path string // of the dark ones, as SVG draws it
}

// qrOf draws a text; nothing when it is too long, which none of ours is.
func qrOf(text string) qr {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return qr{}
	}
	rows := code.Bitmap()
	var path strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			from := x
			for x < len(row) && row[x] {
				x++
			}
			path.WriteString("M" + strconv.Itoa(from) + " " + strconv.Itoa(y) + "h" + strconv.Itoa(x-from) + "v1h-" + strconv.Itoa(x-from) + "z")
		}
	}
	return qr{Size: len(rows), Path: path.String()}
}
