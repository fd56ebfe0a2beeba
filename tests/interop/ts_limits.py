# SPDX-License-Identifier: GPL-3.0-or-later
# SPDX-FileCopyrightText: The Conclave authors
"""Where ts-mls 1.6.4 departs from RFC 9420: said in advance, so that a history can go around it and
still fails when ts-mls does anything else. README.md says which part of the RFC each belongs to."""

REFUSES_UNMERGED = "non-blank intermediate node must list leaf node in its unmerged_leaves"
REFUSES_REMOVAL = "No overlap between provided private keys and update path"


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if self.at + size > len(self.data):
            raise ValueError("the ratchet tree ends early")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def vector(self):
        first = self.number(1)
        prefix = first >> 6
        if prefix == 3:
            raise ValueError("not a length")
        size = (first & 0x3F) << (8 * ((1 << prefix) - 1)) | self.number((1 << prefix) - 1)
        return self.take(size)


def _skip_leaf(reader):
    reader.vector(), reader.vector()  # encryption_key, signature_key
    reader.number(2), reader.vector()  # credential: basic, or X.509's certificates<V>
    for _ in range(5):  # capabilities
        reader.vector()
    source = reader.number(1)
    if source == 1:
        reader.take(16)  # lifetime
    elif source == 3:
        reader.vector()  # parent_hash
    reader.vector(), reader.vector()  # extensions, signature


def read_unmerged(tree):
    """RFC 9420 §12.4.3.3, of which only this matters: index of a parent that is not blank → leaves."""
    nodes, unmerged, index = _Reader(_Reader(tree).vector()), {}, 0
    while nodes.at < len(nodes.data):
        if nodes.number(1):
            if nodes.number(1) == 1:
                _skip_leaf(nodes)
            else:
                nodes.vector(), nodes.vector()  # encryption_key, parent_hash
                leaves = nodes.vector()
                unmerged[index] = [int.from_bytes(leaves[i:i + 4], "big")
                                   for i in range(0, len(leaves), 4)]
        index += 1
    return unmerged, index


def _direct_path(leaf, n_nodes):
    root = 0
    while 2 * root + 1 < n_nodes:
        root = 2 * root + 1
    node, path, level = 2 * leaf, [], 0
    while node != root:
        node = (node | 1 << level) & ~(1 << level + 1)
        level += 1
        path.append(node)
    return path


def refuses_tree(tree):
    """RFC 9420 §12.4.3.1: who is unmerged at a node must be unmerged at each node between leaf and
    node. ts-mls wants all lists on the leaf's direct path to be equal, also above that node."""
    unmerged, n_nodes = read_unmerged(tree)
    return any(node in unmerged and unmerged[node] != leaves
               for leaves in unmerged.values()
               for leaf in leaves
               for node in _direct_path(leaf, n_nodes))


def root_is_filtered(leaves):
    """RFC 9420 §7.4: the commit secret follows the last path secret of the *filtered* direct path.
    ts-mls derives once more when the root is not in it: when one half of the tree is blank."""
    width = 1
    while width <= max(leaves):
        width *= 2
    return width > 1 and all(leaf >= width // 2 for leaf in leaves)


def leaves_after(leaves, removed, n_added):
    """RFC 9420 §7.7, §7.8: which leaves are not blank after removes, then adds."""
    kept = sorted(set(leaves) - set(removed))
    for _ in range(n_added):
        kept = sorted(kept + [next(i for i in range(len(kept) + 1) if i not in kept)])
    return kept
