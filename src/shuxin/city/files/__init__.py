"""The city as its offices send it (报送文件): files in many formats, what people do to them, and the truth aside."""
