extension FormJudge {
  /// Every bank whitened by its own covariance, beside whitened labels.
  ///
  /// - Parameters:
  ///   - views: The banks as they are.
  ///   - moments: What is known of the real bank.
  ///   - spectrum: The eigenvectors of its covariance.
  ///   - isRead: Whether each feature is read and has null features in its place, [n].
  /// - Returns: What whitens the real bank, and the banks in the same order.
  func whitened(
    _ views: [BankView], _ moments: BankMoments, _ spectrum: SymmetricEigen, isRead: [Bool]
  ) -> (whitening: BankWhitening, banks: [BankReading.Bank]) {
    let whitening = BankWhitening(mean: moments.mean, spectrum: spectrum)
    let context = ScoreContext(bankMean: moments.mean, axes: axes)
    let scores = [Score.make(.whitened, labels: labels, context: context)].compactMap { $0 }
    let random = views.compactMap { view in
      if case .gaussian(let bank) = view.kind { bank } else { nil }
    }
    // One after another where one alone has work for all threads.
    let inner = random.count < workers ? workers : 1
    let own = mapInParallel(count: random.count, workers: inner > 1 ? 1 : workers) {
      random[$0].whitening(isRead: isRead, workers: inner)
    }
    let firstRandom = views.count - random.count
    let banks = mapInParallel(count: views.count, workers: workers) { index -> BankReading.Bank in
      let whitening = index < firstRandom ? whitening : own[index - firstRandom]
      return (BankView(views[index], whitenedBy: whitening, labels: axes.whitened), scores)
    }
    return (whitening, banks)
  }
}
