package main

import "runtime/debug"

// version is the one in FyneApp.toml; a test compares them.
const version = "0.1.0"

// versionText is the version with the commit that the program was built from,
// where the build knows it.
func versionText() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	return versionOf(info.Settings)
}

func versionOf(settings []debug.BuildSetting) string {
	text, changed := version, ""
	for _, s := range settings {
		switch s.Key {
		case "vcs.revision":
			text += " " + s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			if s.Value == "true" {
				changed = " (changed)"
			}
		}
	}
	return text + changed
}
