// What variants were made of, and what factors a change: the member `variant_inputs` of `verdict.json`.

extension VerdictReport {
  /// That no verdict is about the form in use, and what to do; nil if it was judged.
  public var formInUseLine: String? {
    guard let form = verdict.formInUse else { return nil }
    guard !reports.contains(where: { $0.form == form }) else { return nil }
    let start =
      "the form in use, \(form.rawValue), was not judged, and with it no verdict that is about it"
    if let reason = omitted.first(where: { $0.form == form })?.reason {
      return "\(start): \(reason.printable(limit: 400))"
    }
    return
      "\(start): add --variant \(form.rawValue), or read by another form with --direction and --map"
  }

  /// The member.
  var variantInputs: JSONValue {
    let inputs = verdict.inputs
    return [
      "alpha": alpha, "alpha_sweep": .array(alphaSteps.map { Self.json($0) }),
      "translator": translator, "blocks": blocks,
      "label_spaces": .object(
        [LensForm.sigma, .read].reduce(into: [:]) { members, form in
          if let report = reports.first(where: { $0.form == form }) {
            members[form.rawValue] = ["width": .integer(report.width)]
          }
        }),
      "read_ridge": JSONValue(LabelTransform.ridge),
      "files": .array(inputs.files.map(file)),
    ]
  }

  private var alpha: JSONValue {
    guard let alphas = verdict.inputs.alphas else {
      return ["kind": "constant", "value": JSONValue(verdict.alpha)]
    }
    return [
      "kind": .string(alphas.kind.rawValue), "from": .string(MappedFile.absolute(alphas.path)),
      "median": JSONValue(alphas.median), "features_without": .integer(alphas.missingCount),
    ]
  }

  private static func json(_ step: AlphaStep) -> JSONValue {
    let report = step.report
    return [
      "id": .string(report.form.rawValue), "alpha": JSONValue(step.alpha),
      "read": .integer(report.statuses.count { $0 == .read }),
      "alignment": [
        "ratio": JSONValue(report.alignment.ratio),
        "null_deviation": JSONValue(report.alignment.nullDeviation),
      ],
      "scores": .array(
        report.namings.map { naming in
          [
            "id": .string(naming.reading.kind.rawValue),
            "share": naming.rotated?.share.json ?? .null,
            "share_in_place": naming.inPlace?.share.json ?? .null,
            "right": naming.agreement?.names.agreement.json ?? .null,
            "excess": naming.agreement?.names.excess.json ?? .null,
            "effective_labels": JSONValue(naming.hubs.concentration.effectiveCount),
            "top_share": JSONValue(naming.hubs.concentration.topShare),
          ]
        }),
    ]
  }

  private var translator: JSONValue {
    let inputs = verdict.inputs
    var members: JSONObject = [:]
    if let translator = inputs.materials.translator {
      members["user"] = [
        "path": .string(MappedFile.absolute(translator.path)),
        "tensor": translator.target == .residual ? "A" : "B",
        "has_bias": .bool(translator.shift != nil),
      ]
    }
    if let fit = inputs.fit { members["fitted"] = .object(json(fit)) }
    return members.count == 0 ? .null : .object(members)
  }

  private func json(_ fit: TranslatorFit) -> JSONObject {
    [
      "split_by": fit.heldOutClasses.isEmpty ? "pictures" : "classes",
      "fit_pictures": .integer(fit.pictureCounts.fit),
      "held_out_pictures": .integer(fit.pictureCounts.heldOut),
      "held_out_classes": .integer(fit.heldOutClasses.count),
      "untranslated": [
        "held_out_r2": JSONValue(fit.untranslated.r2),
        "held_out_cosine": JSONValue(fit.untranslated.cosine),
      ],
      "kinds": .array(
        fit.maps.map { map in
          var members: JSONObject = ["id": .string(map.form.rawValue)]
          members["lambda"] = map.lambda.map { JSONValue($0) } ?? .null
          members["lambda_share"] = map.lambdaShare.map { JSONValue($0) } ?? .null
          members["held_out_r2"] = JSONValue(map.quality.r2)
          members["held_out_cosine"] = JSONValue(map.quality.cosine)
          let known = reports.first { $0.form == map.form }?.byFit
          members["right_on_held_out_classes"] = known?.heldOut.json ?? .null
          members["right_on_other_classes"] = known?.fitted.json ?? .null
          return .object(members)
        }),
    ]
  }

  private var blocks: JSONValue {
    let inputs = verdict.inputs
    guard let depth = inputs.depth else { return .null }
    return [
      "first": .integer(depth.firstBlock),
      "count": .integer(inputs.materials.blocks?.blocks.count ?? 0),
      "starts_at_perceptron": .bool(depth.startsAtPerceptron),
    ]
  }
}
