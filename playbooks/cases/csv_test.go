package cases_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/posko-ir/posko/playbooks/cases"
)

// Spreadsheets write what their country expects.
func TestParseTimelineCSVFromASpreadsheet(t *testing.T) {
	for name, in := range map[string]string{
		"semicolons with a mark": "\xef\xbb\xbftime;source;text\r\n2026-11-21T12:00Z;fw;\"one, and a half; two\"\r\n",
		"commas":                 "time,source,text\n2026-11-21T12:00Z,fw,\"one, and a half; two\"\n",
		"one column more":        "time;source;text;note\n2026-11-21T12:00Z;fw;\"one, and a half; two\";\n",
	} {
		rows, err := cases.ParseTimelineCSV(strings.NewReader(in))
		if err != nil || len(rows) != 1 || rows[0].Source != "fw" || rows[0].Text != "one, and a half; two" {
			t.Errorf("%s: %+v, %v", name, rows, err)
		}
	}
	for name, tt := range map[string]struct{ in, says string }{
		"UTF-16":          {"\xff\xfet\x00i\x00m\x00e\x00", "UTF-8"},
		"tabs":            {"time\tsource\ttext\n2026-11-21T12:00Z\tfw\tx\n", "semicolon"},
		"mixed":           {"time;source,text\n2026-11-21T12:00Z;fw;x\n", "header"},
		"other separator": {"time;source;text\n2026-11-21T12:00Z,fw,x\n", "line 2"},
	} {
		_, err := cases.ParseTimelineCSV(strings.NewReader(tt.in))
		if !errors.Is(err, cases.ErrCSV) || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
