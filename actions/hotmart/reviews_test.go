package hotmart

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aftersale/aftersale/actions"
)

func reviewsOf(t *testing.T, content string) (good []actions.Review, bad []string) {
	t.Helper()
	f, err := Read(strings.NewReader(content), "reviews.csv", FileOptions{Location: zone})
	if err != nil {
		t.Fatal(err)
	}
	if f.Reviews == nil || f.Items != nil {
		t.Fatalf("read as %q", f.Format)
	}
	for item := range f.Reviews {
		if item.Err != nil {
			bad = append(bad, item.Err.Error())
			continue
		}
		good = append(good, item.Review)
	}
	return good, bad
}

// TestReviews: the same review under the names of three languages is the same one.
func TestReviews(t *testing.T) {
	t.Parallel()
	want := []actions.Review{{ID: "R7", Product: "Pão", Score: 4, Comment: "Boas aulas; gostei", Email: "beatriz@example.com", At: time.Date(2026, 3, 13, 3, 0, 0, 0, time.UTC)}}
	for name, content := range map[string]string{
		"Portuguese": "ID da avaliação;Produto;Nota;Comentário;Data;Nome;E-mail\nR7;Pão;4;\"Boas aulas; gostei\";13/03/2026;Beatriz;beatriz@example.com\n",
		"Spanish":    "\xEF\xBB\xBFID de la reseña,Producto,Calificación,Comentario,Fecha,Correo electrónico\r\nR7,Pão,\"4,0\",Boas aulas; gostei,13/03/2026,beatriz@example.com\r\n",
		"English":    "Review ID,Product,Rating,Comment,Review date,Buyer email\nR7,Pão,4/5,Boas aulas; gostei,03/13/2026,beatriz@example.com\n",
		"stars":      "ID\tProduct name\tStars\tReview\tDate\tEmail\nR7\tPão\t★★★★\tBoas aulas; gostei\t2026-03-13\tbeatriz@example.com",
	} {
		good, bad := reviewsOf(t, content)
		if diff := cmp.Diff(want, good); diff != "" || len(bad) > 0 {
			t.Errorf("%s: %v (-want +got):\n%s", name, bad, diff)
		}
	}
	header := "Produto;Nota;Comentário;Data;Email\n"
	row := "Pão;5;Ótimo;13/03/2026;\n"
	first, _ := reviewsOf(t, header+row+row+"Pão;4;Ótimo;13/03/2026;\n")
	if first[0].ID != first[1].ID || first[0].ID == first[2].ID {
		t.Errorf("ids of rows without one: %v", first)
	}
	_, bad := reviewsOf(t, header+"Pão;6;x;13/03/2026;\n;5;x;ontem;nobody\nPão;4,5;x;13/03/2026;\nPão;5\n")
	wrong := []string{"score: must be a whole number from 1 to 5", "product: missing; date: \"ONTEM\" is no date; buyer's e-mail: no address",
		"score: must be a whole number from 1 to 5", "row has 2 of 5 columns"}
	if diff := cmp.Diff(wrong, bad); diff != "" {
		t.Errorf("bad rows (-want +got):\n%s", diff)
	}
	if f, err := Read(strings.NewReader(detailed+";Nota\n"+rowPT+";5\n"), "sales.csv", FileOptions{Location: zone}); err != nil || f.Reviews != nil {
		t.Errorf("a sales report is read as %q, %v", f.Format, err)
	}
}

func FuzzReviews(f *testing.F) {
	f.Add("Produto;Nota;Comentário;Data\nPão;5;Ótimo;13/03/2026\n")
	f.Add("Review ID,Product,Rating,Date\n1,\"a\nb\",★,2026-01-01\n")
	f.Fuzz(func(t *testing.T, content string) {
		file, err := Read(strings.NewReader(content), "f", FileOptions{})
		if err != nil || file.Reviews == nil {
			return
		}
		for item := range file.Reviews {
			if r := item.Review; item.Err == nil && (r.ID == "" || r.Product == "" || r.Score < 1 || r.Score > 5 || r.At.IsZero()) {
				t.Errorf("%+v", r)
			}
		}
	})
}
