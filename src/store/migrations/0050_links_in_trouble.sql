-- safe: an index of the few links that are not as they should be, for the list's filter and the overview

create index links_trouble on links (state, vulnerability_id) where state in ('lost', 'inaccessible', 'held', 'duplicated');
