/// Every way back to health that a campaign must have walked, by the name under which the world counts it.
package enum RecoveryBranches {
    package static let all: [String] = []
}
