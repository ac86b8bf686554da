extension FormJudge {
  /// Every bank whitened by its own covariance, beside whitened labels.
  ///
  /// - Parameters:
  ///   - views: The banks as they are.
  ///   - moments: What is known of the real bank.
  ///   - isRead: Whether each feature is read and has null features in its place, [n].
  /// - Returns: What whitens the real bank, and the banks in the same order.
  func whitened(
    _ views: [BankView], _ moments: BankMoments, isRead: [Bool]
  ) -> (whitening: BankWhitening, banks: [BankReading.Bank]) {
    let width = labels.width
    let whitening = BankWhitening(
      mean: moments.mean,
      covariance: DoubleMatrix(rows: width, columns: width, elements: moments.covariance))
    let context = ScoreContext(bankMean: moments.mean, axes: axes)
    let scores = [Score.make(.whitened, labels: labels, context: context)].compactMap { $0 }
    let banks = views.map { view -> BankReading.Bank in
      let own =
        if case .gaussian(let bank) = view.kind {
          bank.whitening(isRead: isRead, workers: workers)
        } else {
          whitening
        }
      return (BankView(view, whitenedBy: own, labels: axes.whitened), scores)
    }
    return (whitening, banks)
  }
}
