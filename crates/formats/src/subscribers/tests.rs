//! What is read of a list, line by line.

use proptest::prelude::*;

use super::*;

#[test]
fn a_file_beyond_its_limits_is_refused_as_a_whole() {
    let bytes = FILE_BYTES_MAX + 1;
    let large = read(&vec![b'a'; bytes]).map(|_| ());
    assert_eq!(large, Err(ReadError::TooLarge { bytes }));
}

#[test]
fn a_row_that_may_mean_something_else_is_named() {
    let of = |row: &str| {
        let csv = format!("address,language,scope,target,name\n{row}\n");
        let import = read(csv.as_bytes());
        import.map(|import| import.problems.first().map(|problem| problem.kind.code()))
    };
    for (row, code) in [
        (
            "a@x.example,ja,vendor,Example, Inc.,Bob",
            Some("too_many_fields"),
        ),
        ("a@x.example,ja,vendor,\"Example, Inc.\",Bob", None),
        ("a@x.example,ja,all,,Bob,,,", None),
        ("a@x.example,ja,all,EX-1,", Some("scope_missing")),
        ("a@x.example,ja,,EX-1,", Some("scope_missing")),
        ("a@x.example,ja,vendor,\u{3000},", Some("target_missing")),
        ("a@x.example,ja,vendor,株式会社,", Some("target_missing")),
        ("a@x.example,ja,product,---,", Some("target_missing")),
    ] {
        assert_eq!(of(row), Ok(code), "{row}");
    }
    let twice = read(b"address,Address\na@x.example,b@x.example\n");
    assert_eq!(twice, Err(ReadError::ColumnTwice { column: "address" }));
}

#[test]
fn what_spreadsheets_save_is_read() {
    let csv = "address;language;scope;target;name\r\n\
               one@reader.example;ja;vendor;浮橋, Ltd.;甲\r\ntwo@reader.example;en;all;;\r\n";
    let rows = |bytes: &[u8]| read(bytes).map(|import| (import.rows, import.problems));
    let expected = rows(csv.as_bytes());
    assert!(matches!(&expected, Ok((rows, problems)) if rows.len() == 2 && problems.is_empty()));
    assert_eq!(rows(csv.replace(';', "\t").as_bytes()), expected);
    let units = std::iter::once('\u{feff}').chain(csv.chars());
    let units: Vec<u16> = units.collect::<String>().encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    assert_eq!(rows(&little), expected);
    assert_eq!(rows(&big), expected);
    // Without a mark, or cut in the middle of a letter, nothing is guessed.
    assert_eq!(rows(&little[2..]), Err(ReadError::NoHeader));
    assert!(rows(&little[..little.len() - 1]).is_ok());
}

#[test]
fn an_address_is_taken_as_people_type_it() {
    #[track_caller]
    fn check(typed: &str, expected: Result<&str, AddressProblem>) {
        let wire = MailAddress::parse(typed).map(|address| address.smtp_form());
        assert_eq!(wire.as_deref().map_err(|problem| *problem), expected);
    }
    check("desk@Example.JP", Ok("desk@example.jp"));
    check(" Sato@example.jp ", Ok("Sato@example.jp"));
    check("ｄｅｓｋ＠ｅｘａｍｐｌｅ．ｊｐ", Ok("desk@example.jp"));
    check("desk＠example。jp", Ok("desk@example.jp"));
    check("a..b@carrier.example.jp", Ok("\"a..b\"@carrier.example.jp"));
    check("a.@carrier.example.jp", Ok("\"a.\"@carrier.example.jp"));
    check(
        "\"a..b\"@carrier.example.jp",
        Ok("\"a..b\"@carrier.example.jp"),
    );
    check("x@xn--wgv71a119e.jp", Ok("x@xn--wgv71a119e.jp"));
    check("x@日本語.jp", Err(AddressProblem::Domain));
    check("佐藤@example.jp", Err(AddressProblem::Local));
    check("x@localhost", Err(AddressProblem::Domain));
    check("x@192.0.2.1", Err(AddressProblem::Domain));
    check("", Err(AddressProblem::Empty));
    check("example.jp", Err(AddressProblem::Form));
    check("@example.jp", Err(AddressProblem::Form));
    check("a b@example.jp", Err(AddressProblem::Space));
    check(
        "a@example.jp\r\nRCPT TO:<b@example.jp>",
        Err(AddressProblem::Control),
    );
    check("a>b@example.jp", Err(AddressProblem::Local));
    check(
        &format!("{}@example.jp", "a".repeat(65)),
        Err(AddressProblem::TooLong),
    );
    check(
        &format!("a@{}jp", "abcdefgh.".repeat(30)),
        Err(AddressProblem::TooLong),
    );
}

#[test]
fn an_address_does_not_print_in_logs() {
    let address = MailAddress::parse("a..b@example.jp").unwrap();
    assert_eq!(format!("{address:?}"), "MailAddress(…@example.jp)");
    assert_eq!(address.to_string(), "a..b@example.jp");
}

#[test]
fn one_bad_row_does_not_cost_the_others() {
    let file = "\u{feff}address,language,scope,target,name\r\n\
        a@example.jp,ja,all,,\"佐藤, 花子\"\r\n\
        b@example.jp,en,vendor,Example Vendor,\r\n\
        b@EXAMPLE.jp,en,vendor,Example Vendor,again\r\n\
        nobody,ja,all,,\r\n\
        c@example.jp,fr,all,,\r\n\
        d@example.jp,ja,product,,\r\n\
        e@example.jp,ja,sector,x,\r\n\
        f@example.jp\r\n";
    let import = read(file.as_bytes()).unwrap();
    let rows: Vec<_> = import
        .rows
        .iter()
        .map(|row| (row.line, row.address.to_string(), row.scope.clone()))
        .collect();
    let expected = [
        (2, "a@example.jp".to_owned(), Scope::All),
        (
            3,
            "b@example.jp".to_owned(),
            Scope::Vendor("Example Vendor".to_owned()),
        ),
        (9, "f@example.jp".to_owned(), Scope::All),
    ];
    assert_eq!(rows, expected);
    assert_eq!(import.rows.first().unwrap().name, "佐藤, 花子");
    let problems: Vec<_> = import
        .problems
        .iter()
        .map(|problem| (problem.line, problem.kind.code()))
        .collect();
    assert_eq!(
        problems,
        [
            (4, "duplicate"),
            (5, "address_form"),
            (6, "language"),
            (7, "target_missing"),
            (8, "scope")
        ]
    );
}

#[test]
fn a_problem_is_told_by_the_line_that_people_count() {
    for (file, line) in [
        ("address\n\n\n\nbad\n", 5),
        ("address\r\n\r\n\r\nbad\r\n", 4),
        ("address\nbad\n", 2),
        ("address\r\nbad", 2),
    ] {
        let problems = read(file.as_bytes()).unwrap().problems;
        let lines: Vec<u64> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [line], "{file:?}");
    }
}

#[test]
fn an_open_quotation_mark_costs_its_own_line_and_no_other() {
    let file = "address,language,name\na@x.example,ja,A\nb@x.example,ja,\"B\nc@x.example,en,C\n\
        d@x.example,fr,D\n\"e@x.example\",en,\"E, F\"\n";
    for file in [file.to_owned(), file.replace('\n', "\r\n")] {
        let import = read(file.as_bytes()).unwrap();
        let entered: Vec<String> = import
            .rows
            .iter()
            .map(|row| format!("{} {} {}", row.line, row.address, row.name))
            .collect();
        assert_eq!(
            entered,
            ["2 a@x.example A", "4 c@x.example C", "6 e@x.example E, F"]
        );
        let problems: Vec<(u64, &str)> = import
            .problems
            .iter()
            .map(|problem| (problem.line, problem.kind.code()))
            .collect();
        assert_eq!(problems, [(3, "open_quote"), (5, "language")]);
    }
}

#[test]
fn what_stands_inside_a_cell_of_several_lines_is_no_row() {
    let fates = |file: &str| {
        let import = read(file.as_bytes()).unwrap();
        let rows = import.rows.iter().map(|row| row.address.to_string());
        let problems = import.problems.iter();
        let problems: Vec<(u64, &str)> = problems
            .map(|problem| (problem.line, problem.kind.code()))
            .collect();
        (rows.collect::<Vec<_>>(), problems)
    };
    let lines = [(2, "several_lines"), (3, "several_lines")];
    for cell in [
        "\"Mallory\nvictim@x.example,ja,\"",
        "\"Mallory \"\"M\"\"\nvictim@x.example,ja,\"\"\"",
        "\"Mallory\nvictim@x.example,ja,,\"  ",
    ] {
        let file = format!("address,language,name\nm@x.example,ja,{cell}\nb@x.example,en,B\n");
        for file in [
            file.clone(),
            file.replace('\n', "\r\n"),
            file.replace(',', "\t"),
        ] {
            let (rows, problems) = fates(&file);
            assert_eq!(rows, ["b@x.example"], "{file:?}");
            assert_eq!(problems, lines, "{file:?}");
        }
    }
    // One that was forgotten in the last line is told as anywhere else.
    let (rows, problems) = fates("\u{feff}address,scope,target\na@x.example,vendor,\"篝火野");
    assert!(rows.is_empty());
    assert_eq!(problems, [(2, "open_quote")]);
    // Two marks that were forgotten look alike to whoever counts marks; what follows the second says it.
    let (rows, problems) = fates(
        "address,language,name\na@x.example,ja,\"A\nb@x.example,ja,B\nc@x.example,ja,\"C\"\n",
    );
    assert_eq!(rows, ["b@x.example", "c@x.example"]);
    assert_eq!(problems, [(2, "open_quote")]);
}

#[test]
fn the_fate_of_every_row_and_column_is_named() {
    let rows: String = (0..ROWS_MAX + 1)
        .map(|n| format!("a{n}@x.example\n"))
        .collect();
    let file = format!("address\n{rows}");
    assert_eq!(read(file.as_bytes()), Err(ReadError::TooManyRows));
    let import = read(b"address,Language,phone\na@x.example,en,1\n").unwrap();
    assert_eq!(import.columns_unknown, ["phone"]);
    assert_eq!(import.rows.len(), 1);
    let wrong: String = (0..PROBLEMS_MAX + 7).map(|_| "x\n").collect();
    let import = read(format!("address\n{wrong}").as_bytes()).unwrap();
    assert_eq!(
        import.problems.len() + import.problems_unlisted,
        PROBLEMS_MAX + 7
    );
}

#[test]
fn a_file_without_an_address_column_is_no_list() {
    assert_eq!(read(b"a@example.jp\r\n"), Err(ReadError::NoHeader));
    assert_eq!(read(b""), Err(ReadError::NoHeader));
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_fall(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
        let with_header = [b"address,scope\n".as_slice(), &bytes].concat();
        prop_assert!(read(&with_header).is_ok());
    }

    #[test]
    fn an_accepted_address_is_one_word_on_the_wire_and_reads_back(typed in "[a-z.@\"＠．ー \r\n<>]{0,24}") {
        if let Ok(address) = MailAddress::parse(&typed) {
            let wire = address.smtp_form();
            prop_assert!(wire.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>'));
            prop_assert_eq!(MailAddress::parse(&wire), Ok(address));
        }
    }
}
