package fakediscord

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
)

// maxFile is what one message of a bot may hold.
const maxFile = 10 << 20

// A File came with a message.
type File struct {
	Name string
	Body []byte
}

// parts takes a body with files apart: the message, and the files by the names of their parts. Files go with messages in
// channels alone.
func (s *Server) parts(r *http.Request, path string, body []byte) (message []byte, files map[string]File, refused *answer) {
	kind, values, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // any other is no form
	if kind != "multipart/form-data" {
		return body, nil, nil
	}
	if len(body) > maxFile+64<<10 {
		a := refuse(http.StatusRequestEntityTooLarge, 40005, "Request entity too large")
		return nil, nil, &a
	}
	if !strings.HasPrefix(path, "channels/") {
		s.wrong("%s %s: takes no files", r.Method, path)
	}
	files = map[string]File{}
	for form := multipart.NewReader(bytes.NewReader(body), values["boundary"]); ; {
		part, err := form.NextPart()
		if err == io.EOF {
			return message, files, nil
		}
		if err != nil {
			s.wrong("%s %s: not a form: %v", r.Method, path, err)
			return message, files, nil
		}
		content, _ := io.ReadAll(part) // the whole is in memory
		switch name := part.FormName(); {
		case name == "payload_json":
			message = content
		case strings.HasPrefix(name, "files["):
			files[name] = File{part.FileName(), content}
		default:
			s.wrong("%s %s: a part called %q", r.Method, path, name)
		}
	}
}

// attached are the files that a message names. One without the other is a mistake.
func (s *Server) attached(p patch, files map[string]File) []File {
	var all []File
	for _, a := range p.Attachments {
		f, ok := files["files["+a.ID.String()+"]"]
		if !ok || f.Name != a.Filename {
			s.wrong("attachment %s %q, but the file is %q", a.ID, a.Filename, f.Name)
		}
		all = append(all, f)
	}
	if len(all) != len(files) {
		s.wrong("%d files, %d are named", len(files), len(all))
	}
	return all
}
