package clickhousestore

// Placed is a statement about one server's tables as it is given to the cluster.
func Placed(statement, name, database string) string {
	return (&cluster{name: name, database: database}).place(statement)
}
