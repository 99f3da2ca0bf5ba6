// kind, built in the same module as the node so that it shares what is compiled.
package main

import "sigs.k8s.io/kind/cmd/kind/app"

func main() { app.Main() }
