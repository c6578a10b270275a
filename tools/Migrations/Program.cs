// Only starts for "dotnet ef", which takes the model from DesignTimeContexts and never gets here.
return 1;
