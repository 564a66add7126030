package clickhousestore

// Insert and Values are what Append sends.
const Insert = insert

var Values = values

// Placed is a statement about one server's tables as it is given to the cluster.
func Placed(statement, name, database string) string {
	return (&cluster{name: name, database: database}).place(statement)
}
