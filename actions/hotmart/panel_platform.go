package hotmart

import "github.com/aftersale/aftersale/actions"

// Panel implements actions.Guide.
func (p *Platform) Panel(op actions.Operation) actions.Panel { return Guide{}.Panel(op) }
