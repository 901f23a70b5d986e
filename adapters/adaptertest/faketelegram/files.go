package faketelegram

import (
	"bytes"
	"image/png"
	"io"
	"mime/multipart"
)

// What a bot may upload to the public server.
const (
	maxDocument = 50 << 20
	maxPhoto    = 10 << 20
	maxCaption  = 1024
)

// A File came with a message.
type File struct {
	Name string
	Body []byte
}

func readFile(part *multipart.FileHeader) (File, error) {
	f, err := part.Open()
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	body, err := io.ReadAll(f)
	return File{part.Filename, body}, err
}

func (s *Server) sendDocument(p map[string]any) outcome {
	f, _ := p["document"].(File) // params has complained if it is not there
	if len(f.Body) > maxDocument {
		return refuse(413, "Request Entity Too Large")
	}
	return s.sendFile(p, &message{file: f})
}

func (s *Server) sendPhoto(p map[string]any) outcome {
	f, _ := p["photo"].(File)
	if _, err := png.DecodeConfig(bytes.NewReader(f.Body)); err != nil || len(f.Body) > maxPhoto {
		return refuse(400, "Bad Request: IMAGE_PROCESS_FAILED")
	}
	return s.sendFile(p, &message{file: f, photo: true})
}

func (s *Server) sendFile(p map[string]any, m *message) outcome {
	c, no, ok := s.writable(num(p["chat_id"]))
	switch {
	case !ok:
		return no
	case len(m.file.Body) == 0:
		return wrong("file must be non-empty")
	case length(str(p["caption"])) > maxCaption:
		return wrong("message caption is too long")
	}
	m.text = str(p["caption"])
	s.add(c, m)
	return result(c.json(m))
}
