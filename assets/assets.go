// Package assets holds the files that are compiled into the program.
//
// It knows nothing of screens or rules: plain embedded bytes, handed out as
// copies, so that no caller can change them for another. The fonts are under
// the SIL Open Font License 1.1, see fonts/OFL.txt.
package assets

import (
	"embed"
	"fmt"
)

//go:embed fonts/*.ttf
var fonts embed.FS

// The TrueType fonts there are.
const (
	SansRegular = "NotoSans-Regular.ttf"
	SansBold    = "NotoSans-Bold.ttf"
	SansItalic  = "NotoSans-Italic.ttf"
	MonoRegular = "NotoSansMono-Regular.ttf"
)

// Font returns a copy of the named font file.
func Font(name string) ([]byte, error) {
	data, err := fonts.ReadFile("fonts/" + name)
	if err != nil {
		return nil, fmt.Errorf("read embedded font: %w", err)
	}
	return data, nil
}
