package table

// ItemKeys are the two places where an item can stand: whoever may see both
// reads both, and finds it with [Rows.Item].
func ItemKeys(p, id string) []Key { return []Key{PrivateItem(p, id), SharedItem(p, id)} }

// Item finds an item in rows that were read at its ItemKeys. Reading two rows is
// not one instant: an item that moved in between is found twice, and the later
// version counts, or in neither place, and is to be read once more.
func (r Rows) Item(p, id string) (ItemRow, bool, error) {
	var private, shared ItemRow
	inPrivate, err := r.Into(PrivateItem(p, id), &private)
	if err != nil {
		return ItemRow{}, false, err
	}
	inShared, err := r.Into(SharedItem(p, id), &shared)
	if err != nil {
		return ItemRow{}, false, err
	}
	if inShared && (!inPrivate || shared.Version > private.Version) {
		return shared, true, nil
	}
	return private, inPrivate, nil
}
