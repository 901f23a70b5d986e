package flow

// LiteralKey is the key of a Text that shows its argument "text" as it is, in its own type.
const LiteralKey = "literal"

// Literal is a Text for what people wrote themselves, such as the name of a product: no language changes it.
func Literal(text any) Text { return T(LiteralKey, "text", text) }
