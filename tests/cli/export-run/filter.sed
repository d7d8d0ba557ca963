s/20[0-9-]*T[0-9:.]*Z,[0-9.e-]*,/STARTED,ELAPSED,/
s/"started":"[^"]*"/"started":STARTED/
s/"elapsed_s":[0-9.e-]*/"elapsed_s":ELAPSED/
