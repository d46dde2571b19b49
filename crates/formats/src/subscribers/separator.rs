//! What stands between the columns of a list, and the line with which a spreadsheet says so.

/// A first line that names no column and says what stands between them, as some spreadsheets write it: `sep=;`. Returns
/// what it says, and how many bytes it takes with its end.
pub(super) fn said(bytes: &[u8]) -> Option<(u8, usize)> {
    let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', mark, rest @ ..] = bytes else {
        return None;
    };
    let end = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        _ => return None,
    };
    matches!(mark, b',' | b';' | b'\t').then_some((*mark, 5 + end))
}

/// What stands between the columns by the look of the header: spreadsheets of some countries save semicolons, some save
/// tabs.
pub(super) fn seen(bytes: &[u8]) -> u8 {
    let header = bytes.split(|byte| matches!(byte, b'\n' | b'\r')).next();
    let header = header.unwrap_or_default();
    let others = [b';', b'\t'];
    let found = others.into_iter().find(|mark| header.contains(mark));
    found.filter(|_| !header.contains(&b',')).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_says_what_separates_is_one_mark_and_an_end() {
        assert_eq!(said(b"sep=;\r\nx"), Some((b';', 7)));
        assert_eq!(said(b"SEP=\t\nx"), Some((b'\t', 6)));
        for other in [&b"sep=;"[..], b"sep=;;\n", b"sep=x\n", b"sep,address\n"] {
            assert_eq!(said(other), None);
        }
    }

    #[test]
    fn a_list_that_says_so_reads_like_another_and_names_lines_as_the_file_has_them() {
        let list = crate::subscribers::read(
            b"sep=;\r\naddress;scope\r\none@reader.example;all\r\nnowhere;all\r\n",
        );
        let list = list.unwrap();
        assert_eq!(
            list.rows.iter().map(|row| row.line).collect::<Vec<_>>(),
            [3]
        );
        assert_eq!(
            list.problems.iter().map(|one| one.line).collect::<Vec<_>>(),
            [4]
        );
        assert!(list.columns_unknown.is_empty());
    }
}
