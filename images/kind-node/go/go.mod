// Marks the module's root. What it requires depends on the version of
// Kubernetes: see versions/, one pair of files each, written by ../pin.
module greenroom.test/kind-node

go 1.26
