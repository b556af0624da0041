import Model
import Units

extension Assessment {
    /// Everything, for programs and for filing.
    package var json: JSONValue {
        .make([
            "assessed_ns": .time(subject.wall), "configuration": .string(subject.file), "run": .string(subject.name),
            "mode": .string(subject.mode.name), "config_hash": .hash(subject.configurationHash),
            "build": .string(subject.build),
            "owner": .string(subject.owner), "deputy": .string(subject.deputy), "account": .string(subject.account),
            "alerts": .string(subject.alerts),
            "gaps": .array(
                gaps.map { .make(["place": .string($0.place), "what": .string($0.what), "cure": .string($0.cure)]) }),
            "journal": .make([
                "directories": .array(evidence.directories.map { .string($0) }), "records": .count(evidence.records),
                "runs": .integer(Int64(evidence.runs)), "first_ns": .time(evidence.first),
                "last_ns": .time(evidence.last),
                "orders": .count(evidence.orders), "fills": .count(evidence.fills), "build": .string(evidence.build),
                "config_hash": .hash(evidence.configurationHash),
            ]),
            "drills": .array(
                evidence.drills.map { drill in
                    .make([
                        "time_ns": .time(drill.wall), "kind": .string(drill.kind), "mode": .string(drill.mode.name),
                        "operator_id": .integer(Int64(drill.operatorID)), "reason": .string(drill.reason),
                    ])
                }),
            "controls": .array(
                rows.map { row in
                    .make([
                        "id": .string(row.control.id), "section": .string(row.control.section.rawValue),
                        "name": .string(row.control.name), "does": .string(row.control.does),
                        "code": .string(row.control.code), "keys": .array(row.control.keys.map { .string($0) }),
                        "standing": .string(row.standing.rawValue), "value": .string(row.value),
                        "acted": .count(row.acts.count), "last_ns": .time(row.acts.last),
                        "tests": .array(row.control.tests.map { .string($0) }),
                    ])
                }),
        ])
    }
}
