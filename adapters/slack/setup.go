package slack

import (
	"context"
	"fmt"
	"io"
)

// Setup prints the app's manifest, and where to paste it. It changes nothing: only a person can make an app in Slack.
func (a *Adapter) Setup(_ context.Context, out io.Writer) error {
	return PrintSetup(out, out, a.Options)
}

// PrintSetup prints the manifest to out and the way from it to a running app to notes, for which no token is needed yet.
func PrintSetup(out, notes io.Writer, o Options) error {
	m, err := Manifest(o, o.PublicURL)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "%s\n", m); err != nil {
		return err
	}
	_, err = fmt.Fprintf(notes, "\nMake the app from this manifest with one click:\n%s\n\n%s", Link(m), steps(o.Mode))
	return err
}

func steps(mode string) string {
	if mode == HTTP {
		return "Then: 1. Basic Information → Signing Secret → slack.signing_secret\n" +
			"      2. Install App → Bot User OAuth Token → slack.bot_token\n" +
			"      3. Start `aftersale serve`; Event Subscriptions → Retry, until the address is verified\n"
	}
	return "Then: 1. Basic Information → App-Level Tokens → Generate, with connections:write → slack.app_token\n" +
		"      2. Install App → Bot User OAuth Token → slack.bot_token\n" +
		"      3. Start `aftersale serve`\n"
}
