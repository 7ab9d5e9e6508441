package foreign

import "fmt"

// whole is what f returns, also where something breaks over what somebody else said: those who wait
// for it hear that it is not known, and the process goes on.
func whole[T any](f func() (T, error)) (known T, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			err = fmt.Errorf("it broke: %v", broken)
		}
	}()
	return f()
}
