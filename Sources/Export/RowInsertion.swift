internal import GRDB
internal import GRDBSQLite

/// Inserts rows of numbers by one prepared statement.
///
/// Values are bound and rows inserted by SQLite's own functions: `sqlite3_bind_int64`, `sqlite3_bind_double`, `sqlite3_bind_null`,
/// `sqlite3_step` and `sqlite3_reset`. Through lists of arguments each value would be a reference that is counted.
struct RowInsertion {
  /// A value of a row.
  enum Value {
    case whole(Int)
    case real(Double)
    case none
  }

  private let statement: Statement

  /// Takes a statement with a mark for each value.
  init(_ statement: Statement) {
    self.statement = statement
  }

  /// Inserts a row.
  ///
  /// - Parameter values: As many values as the statement has marks.
  /// - Throws: `DatabaseError` if it cannot be inserted.
  func insert(_ values: [Value]) throws {
    let handle = unsafe statement.sqliteStatement
    for (index, value) in values.enumerated() {
      let mark = CInt(index + 1)
      let code =
        switch value {
        case .whole(let number): unsafe sqlite3_bind_int64(handle, mark, Int64(number))
        case .real(let number): unsafe sqlite3_bind_double(handle, mark, number)
        case .none: unsafe sqlite3_bind_null(handle, mark)
        }
      try check(code, is: SQLITE_OK)
    }
    let code = unsafe sqlite3_step(handle)
    let end = unsafe sqlite3_reset(handle)
    try check(code == SQLITE_DONE ? end : code, is: SQLITE_OK)
  }

  private func check(_ code: CInt, is expected: CInt) throws {
    guard code == expected else {
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: nil)
    }
  }
}
