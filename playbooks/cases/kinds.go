package cases

// The kinds of events of a case. A released kind and its fold never change; a
// change is a new kind.
const (
	KindOpened      = "case.opened/1"
	KindRetitled    = "case.retitled/1"
	KindSeverity    = "case.severity/1"
	KindTLP         = "case.tlp/1"
	KindContained   = "case.contained/1"
	KindClosed      = "case.closed/1"
	KindReopened    = "case.reopened/1"
	KindResolved    = "conflict.resolved/1"
	KindFact        = "fact.set/1"
	KindNote        = "note.added/1"
	KindNoteStruck  = "note.withdrawn/1"
	KindNoteCounsel = "note.for-counsel/1"
	KindDecision    = "decision.made/1"

	KindDrillSpeed = "drill.speed/1"

	KindBodyDestroyed = "body.destroyed/1"

	KindPerson         = "person.added/1"
	KindPersonRemoved  = "person.removed/1"
	KindTask           = "task.added/1"
	KindTaskDone       = "task.done/1"
	KindTaskReassigned = "task.reassigned/1"
	KindTaskDropped    = "task.dropped/1"
	KindAsset          = "asset.added/1"
	KindIndicator      = "indicator.added/1"
	KindLink           = "link.added/1"
	KindRecordLinked   = "record.linked/1"
	KindImported       = "timeline.imported/1"
	KindOffset         = "source.offset/1"

	KindCollected = "evidence.collected/1"
	KindCustody   = "custody.event/1"
	KindVerified  = "evidence.verified/1"
	KindDestroyed = "item.destroyed/1"
	KindSealed    = "evidence.sealed/1"
	KindExported  = "exported.bag/1"

	KindThing         = "thing.recorded/1"
	KindMoved         = "custody.moved/1"
	KindFormOut       = "handover.out/1"
	KindFormBack      = "handover.back/1"
	KindFormWithdrawn = "handover.withdrawn/1"
	KindExportStarted = "export.started/1"
	KindExportEnded   = "export.ended/1"

	KindRunStarted   = "run.started/1"
	KindStepStarted  = "step.started/1"
	KindStepDone     = "step.done/1"
	KindStepSkipped  = "step.skipped/1"
	KindStepFailed   = "step.failed/1"
	KindStepDecided  = "step.decided/1"
	KindStepReopened = "step.reopened/1"

	KindProofAccepted = "proof.accepted/1"
)

// Known reports whether this program knows a kind.
func Known(kind string) bool { return decode(kind) != nil }

// Destroyable reports whether the body of an entry of this kind may be
// destroyed: those that hold what people wrote or found, never those that
// carry the proof (seals, custody, steps, exports).
func Destroyable(kind string) bool {
	switch kind {
	case KindNote, KindPerson, KindAsset, KindIndicator, KindTask, KindImported:
		return true
	}
	return false
}

// fitsClosed lists what may still be recorded on a closed case: reopening it,
// settling a conflict, destroying what was written, and what happens to its
// evidence.
func fitsClosed(kind string) bool {
	switch kind {
	case KindReopened, KindResolved, KindCustody, KindVerified, KindDestroyed, KindExported, KindExportStarted, KindExportEnded,
		KindBodyDestroyed, KindMoved, KindFormOut, KindFormBack, KindFormWithdrawn:
		return true
	}
	return false
}

// letterOf returns the id letter that an entry of this kind uses up.
func letterOf(kind string) string {
	switch kind {
	case KindNote:
		return "N"
	case KindDecision:
		return "D"
	case KindPerson:
		return "P"
	case KindTask:
		return "T"
	case KindAsset:
		return "A"
	case KindIndicator:
		return "I"
	case KindLink, KindRecordLinked:
		return "L"
	case KindImported:
		return "M"
	case KindCollected, KindThing:
		return "E"
	case KindFormOut:
		return "F"
	case KindSealed:
		return "S"
	case KindRunStarted:
		return "R"
	case KindExportStarted:
		return "X"
	}
	return ""
}

// decode returns an empty payload of a kind, or nil for an unknown one.
func decode(kind string) payload {
	for _, of := range []func(string) payload{decodeCase, decodeNote, decodeWork, decodeEvidence, decodeThing, decodeRun} {
		if p := of(kind); p != nil {
			return p
		}
	}
	return nil
}

func decodeCase(kind string) payload {
	switch kind {
	case KindOpened:
		return &caseOpened{}
	case KindRetitled:
		return &caseRetitled{}
	case KindSeverity:
		return &caseSeverity{}
	case KindTLP:
		return &caseTLP{}
	case KindContained:
		return &caseContained{}
	case KindClosed:
		return &caseClosed{}
	case KindReopened:
		return &caseReopened{}
	case KindDrillSpeed:
		return &drillSpeed{}
	case KindResolved:
		return &conflictResolved{}
	case KindFact:
		return &factSet{}
	case KindBodyDestroyed:
		return &bodyDestroyed{}
	}
	return nil
}

func decodeNote(kind string) payload {
	switch kind {
	case KindNote:
		return &noteAdded{}
	case KindNoteStruck:
		return &noteWithdrawn{}
	case KindNoteCounsel:
		return &noteForCounsel{}
	case KindDecision:
		return &decisionMade{}
	}
	return nil
}

func decodeWork(kind string) payload {
	switch kind {
	case KindPerson:
		return &personAdded{}
	case KindPersonRemoved:
		return &personRemoved{}
	case KindTask:
		return &taskAdded{}
	case KindTaskDone:
		return &taskDone{}
	case KindTaskReassigned:
		return &taskReassigned{}
	case KindTaskDropped:
		return &taskDropped{}
	case KindAsset:
		return &assetAdded{}
	case KindIndicator:
		return &indicatorAdded{}
	case KindLink:
		return &linkAdded{}
	case KindRecordLinked:
		return &recordLinked{}
	case KindImported:
		return &timelineImported{}
	case KindOffset:
		return &sourceOffset{}
	}
	return nil
}

func decodeEvidence(kind string) payload {
	switch kind {
	case KindCollected:
		return &evidenceCollected{}
	case KindCustody:
		return &custodyEvent{}
	case KindVerified:
		return &evidenceVerified{}
	case KindDestroyed:
		return &itemDestroyed{}
	case KindSealed:
		return &evidenceSealed{}
	case KindExported:
		return &exportedBag{}
	case KindExportStarted:
		return &exportStarted{}
	case KindExportEnded:
		return &exportEnded{}
	}
	return nil
}

func decodeThing(kind string) payload {
	switch kind {
	case KindThing:
		return &thingRecorded{}
	case KindMoved:
		return &custodyMoved{}
	case KindFormOut:
		return &formOut{}
	case KindFormBack:
		return &formBack{}
	case KindFormWithdrawn:
		return &formWithdrawn{}
	}
	return nil
}

func decodeRun(kind string) payload {
	switch kind {
	case KindRunStarted:
		return &runStarted{}
	case KindStepStarted:
		return &stepStarted{}
	case KindStepDone:
		return &stepDone{}
	case KindStepSkipped:
		return &stepSkipped{}
	case KindStepFailed:
		return &stepFailed{}
	case KindStepDecided:
		return &stepDecided{}
	case KindStepReopened:
		return &stepReopened{}
	case KindProofAccepted:
		return &proofAccepted{}
	}
	return nil
}
