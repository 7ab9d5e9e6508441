package account

func onOff(on bool) string {
	if on {
		return "On"
	}
	return "Off"
}

func steps(two bool) string {
	if two {
		return "password and second step"
	}
	return "password"
}
